/** The servers that development and tests run natively: how each is installed and started. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Names of servers; s3rver is one that lets every writer of a name win, which must be noticed. */
export type ServiceName = 'versitygw' | 's3proxy' | 'toxiproxy' | 'kafka' | 's3rver';

/** One command line. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs; by default where its caller does. */
  readonly cwd?: string;
}

/** Where a server runs. */
export interface Place {
  /** Where it was installed. */
  readonly home: string;
  /** Empty at first; the server may keep what it likes there. */
  readonly root: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** Another free one, for a server that needs two. */
  readonly sidePort: number;
}

/** How one server is had. */
export interface Service {
  readonly version: string;
  /** What must be on the path. */
  readonly needs: readonly string[];
  /** Commands that put it into the folder, which is empty. */
  readonly install: (home: string) => readonly Command[];
  /** What has to end before the server can be started in a root for the first time. */
  readonly prepare?: (place: Place) => Command;
  readonly start: (place: Place) => Command;
  readonly isS3: boolean;
  /** What it logs when it is up; without it a server is up when it answers over HTTP. */
  readonly readyLine?: string;
}

/** What every S3 server here is asked with. */
export const ACCESS_KEY = 'brewhouse';
/** No secret: these servers listen on the loopback address alone. */
export const SECRET_KEY = 'brewhouse-secret';
/** The bucket that every S3 server here has when it is up, where it makes buckets of folders. */
export const BUCKET = 'brewhouse';

/** What every Kafka here is called: an id of 16 bytes, which nobody else is told. */
const CLUSTER_ID = 'YnJld2hvdXNlLXRlc3RzMQ';

const goInstall = (home: string, what: string): Command => ({
  program: 'go',
  args: ['install', what],
  environment: { GOBIN: home },
});

/** A folder of the root is a bucket. */
function bucketFolder(root: string): string {
  mkdirSync(join(root, 'buckets', BUCKET), { recursive: true });
  return join(root, 'buckets');
}

/** The classes that a Kafka has loaded when it is up, as Java keeps them. */
export function classArchive(home: string): string {
  return join(home, 'kafka.jsa');
}

/** Java in a small process. */
const SMALL_JAVA = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Writes the settings of a broker and its controller in one process, and returns their file. */
function kafkaSettings({ root, port, sidePort }: Place): string {
  const common = readFileSync(join(import.meta.dirname, 'kafka', 'server.properties'), 'utf8');
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${sidePort}`;
  const own = [
    ...[`listeners=${listeners}`, `advertised.listeners=${listeners}`],
    ...[`controller.quorum.voters=1@127.0.0.1:${sidePort}`, `log.dirs=${join(root, 'logs')}`],
  ];
  const file = join(root, 'server.properties');
  writeFileSync(file, `${common}${own.join('\n')}\n`);
  return file;
}

function startKafka(place: Place): Command {
  const { home } = place;
  const archive = classArchive(home);
  // The archive fits these jars by the names that they had when it was written, hence the folder.
  const classes = [existsSync(archive) ? `-XX:SharedArchiveFile=${archive}` : `-XX:ArchiveClassesAtExit=${archive}`];
  const logging = `-Dlog4j2.configurationFile=${join(home, 'log4j2.properties')}`;
  const run = ['-cp', join('libs', '*'), 'kafka.Kafka', kafkaSettings(place)];
  return { program: 'java', args: ['-Xmx256m', ...SMALL_JAVA, ...classes, logging, ...run], cwd: home };
}

const fromMaven: Command = {
  program: 'mvn',
  args: ['-B', '-ntp', '-q', 'dependency:copy-dependencies', '-DoutputDirectory=libs', '-DincludeScope=runtime'],
};

/** The servers by their names. */
export const SERVICES: Readonly<Record<ServiceName, Service>> = {
  versitygw: {
    // The first whose conditional writes have one winner (../../ARCHITECTURE.md).
    version: '1.8.0',
    needs: ['go'],
    isS3: true,
    install: (home) => [goInstall(home, 'github.com/versity/versitygw/cmd/versitygw@v1.8.0')],
    start: ({ home, root, port }) => ({
      program: join(home, 'versitygw'),
      args: [
        ...['--port', `127.0.0.1:${port}`, '--access', ACCESS_KEY, '--secret', SECRET_KEY, '--quiet'],
        // As S3 does; by itself it closes a connection after each answer.
        '--keep-alive',
        ...['posix', bucketFolder(root)],
      ],
    }),
  },
  s3proxy: {
    version: '4.1.0',
    needs: ['java', 'mvn'],
    isS3: true,
    install: (home) => {
      for (const name of ['pom.xml', 'logback.xml'])
        copyFileSync(join(import.meta.dirname, 's3proxy', name), join(home, name));
      return [fromMaven];
    },
    start: ({ home, root, port }) => {
      const file = join(root, 's3proxy.conf');
      const lines = [
        `s3proxy.endpoint=http://127.0.0.1:${port}`,
        's3proxy.authorization=aws-v2-or-v4',
        `s3proxy.identity=${ACCESS_KEY}`,
        `s3proxy.credential=${SECRET_KEY}`,
        'jclouds.provider=filesystem-nio2',
        `jclouds.filesystem.basedir=${bucketFolder(root)}`,
      ];
      writeFileSync(file, `${lines.join('\n')}\n`);
      const logging = `-Dlogback.configurationFile=${join(home, 'logback.xml')}`;
      const memory = ['-Xmx256m', ...SMALL_JAVA];
      const run = ['-cp', join(home, 'libs', '*'), 'org.gaul.s3proxy.Main', '--properties', file];
      return { program: 'java', args: [...memory, logging, ...run] };
    },
  },
  toxiproxy: {
    version: '2.5.0',
    needs: ['go'],
    isS3: false,
    install: (home) => [goInstall(home, 'github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0')],
    start: ({ home, port }) => ({
      program: join(home, 'server'),
      args: ['-host', '127.0.0.1', '-port', String(port)],
    }),
  },
  kafka: {
    version: '4.4.0',
    needs: ['java', 'mvn'],
    isS3: false,
    readyLine: 'Kafka Server started',
    install: (home) => {
      for (const name of ['pom.xml', 'log4j2.properties'])
        copyFileSync(join(import.meta.dirname, 'kafka', name), join(home, name));
      const script = join(import.meta.dirname, 'kafka', 'make-archive.ts');
      return [fromMaven, { program: process.execPath, args: [script, home] }];
    },
    prepare: (place) => {
      const format = ['format', '-t', CLUSTER_ID, '-c', kafkaSettings(place)];
      const run = ['-cp', join('libs', '*'), 'kafka.tools.StorageTool', ...format];
      return { program: 'java', args: ['-Xmx128m', ...SMALL_JAVA, ...run], cwd: place.home };
    },
    start: startKafka,
  },
  s3rver: {
    version: '3.7.1',
    needs: ['npm'],
    isS3: true,
    install: (home) => {
      writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
      return [{ program: 'npm', args: ['install', '--no-audit', '--no-fund', '--save-exact', 's3rver@3.7.1'] }];
    },
    start: ({ home, root, port }) => ({
      program: process.execPath,
      args: [
        join(home, 'node_modules', 's3rver', 'bin', 's3rver.js'),
        ...['--address', '127.0.0.1', '--port', String(port), '--directory', join(root, 'buckets'), '--silent'],
        ...['--configure-bucket', BUCKET],
      ],
    }),
  },
};

/** The servers that are installed where nobody names others. */
export const DEFAULTS: readonly ServiceName[] = ['versitygw', 's3proxy', 'toxiproxy', 'kafka'];

/** Whether the text names a server. */
export function isServiceName(text: string): text is ServiceName {
  return Object.hasOwn(SERVICES, text);
}

/** The folders in which programs are looked for. */
export function programFolders(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}
