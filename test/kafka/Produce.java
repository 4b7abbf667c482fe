/**
 * Sends COUNT records into each topic by Kafka's own producer: BROKER COUNT TOPIC:CODEC:KIND...
 * A `keyed` topic has members and texts, a `tiny` one a single batch of one letter a record.
 */
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

public class Produce {
  public static void main(String[] args) {
    int count = Integer.parseInt(args[1]);
    for (int i = 2; i < args.length; i++) {
      String[] asked = args[i].split(":");
      boolean isTiny = asked[2].equals("tiny");
      Properties properties = new Properties();
      properties.put("bootstrap.servers", args[0]);
      properties.put("compression.type", asked[1]);
      // Nothing is sent before the last record is there.
      properties.put("linger.ms", isTiny ? "60000" : "100");
      properties.put("batch.size", isTiny ? "16000000" : "200000");
      try (KafkaProducer<String, String> producer =
          new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
        for (int n = 0; n < count; n++) {
          String text = "value " + n + " " + "brewhouse ".repeat(n % 30) + Integer.toHexString(n * 40503);
          producer.send(
              isTiny
                  ? new ProducerRecord<>(asked[0], 0, null, "x")
                  : new ProducerRecord<>(asked[0], "member " + n % 101, text));
        }
      }
    }
  }
}
