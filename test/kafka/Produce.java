/** Sends COUNT keyed records into each TOPIC:CODEC, by Kafka's own producer: BROKER COUNT TOPIC:CODEC... */
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

public class Produce {
  public static void main(String[] args) {
    int count = Integer.parseInt(args[1]);
    for (int i = 2; i < args.length; i++) {
      int colon = args[i].lastIndexOf(':');
      Properties properties = new Properties();
      properties.put("bootstrap.servers", args[0]);
      properties.put("compression.type", args[i].substring(colon + 1));
      properties.put("linger.ms", "200");
      properties.put("batch.size", "200000");
      try (KafkaProducer<String, String> producer =
          new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
        for (int n = 0; n < count; n++) {
          String value = "value " + n + " " + "brewhouse ".repeat(n % 30) + Integer.toHexString(n * 2654435769L > 0 ? n * 40503 : n);
          producer.send(new ProducerRecord<>(args[i].substring(0, colon), "member " + n % 101, value));
        }
      }
    }
  }
}
