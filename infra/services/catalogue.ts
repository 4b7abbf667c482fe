/** The servers that development and tests run natively: how each is installed and started. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Names of servers; s3rver is one that lets every writer of a name win, which must be noticed. */
export type ServiceName = 'versitygw' | 's3proxy' | 'toxiproxy' | 's3rver';

/** One command line. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Where a server runs. */
export interface Place {
  /** Where it was installed. */
  readonly home: string;
  /** Empty at first; the server may keep what it likes there. */
  readonly root: string;
  /** On 127.0.0.1. */
  readonly port: number;
}

/** How one server is had. */
export interface Service {
  readonly version: string;
  /** What must be on the path. */
  readonly needs: readonly string[];
  /** Commands that put it into the folder, which is empty. */
  readonly install: (home: string) => readonly Command[];
  readonly start: (place: Place) => Command;
  readonly isS3: boolean;
}

/** What every S3 server here is asked with. */
export const ACCESS_KEY = 'brewhouse';
/** No secret: these servers listen on the loopback address alone. */
export const SECRET_KEY = 'brewhouse-secret';
/** The bucket that every S3 server here has when it is up, where it makes buckets of folders. */
export const BUCKET = 'brewhouse';

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
      const to = ['-DoutputDirectory=libs', '-DincludeScope=runtime'];
      return [{ program: 'mvn', args: ['-B', '-ntp', '-q', 'dependency:copy-dependencies', ...to] }];
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
      const memory = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
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
export const DEFAULTS: readonly ServiceName[] = ['versitygw', 's3proxy', 'toxiproxy'];

/** Whether the text names a server. */
export function isServiceName(text: string): text is ServiceName {
  return Object.hasOwn(SERVICES, text);
}

/** The folders in which programs are looked for. */
export function programFolders(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}
