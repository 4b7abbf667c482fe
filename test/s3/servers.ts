/**
 * Real S3 servers for tests, each test file with its own on a free port: those that
 * `npm run services -- install` has installed, or one that BREWHOUSE_TEST_S3 names.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { ACCESS_KEY, BUCKET, SECRET_KEY, type ServiceName } from '../../infra/services/catalogue.ts';
import { endProcess, type RunningService, startService } from '../../infra/services/running.ts';
import type { Patience } from '../../src/adapters/s3/patience.ts';
import type { S3Account } from '../../src/adapters/s3/s3-client.ts';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { isToBeHad } from '../installed.ts';

/** Tests wait no quarter of an hour for a store that is not to come back. */
export const IMPATIENT: Patience = { waitMs: 20_000, silenceMs: 5_000 };

/** A server of the tests of one file. Its properties are there from its start to its end. */
export interface TestServer {
  readonly isThere: boolean;
  /** Undefined for a server that somebody else runs. */
  running: RunningService | undefined;
  endpoint: string;
  /** Folder of all that it keeps. */
  root: string;
  /** Ends it without a warning, and starts it again on its port with what it kept. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/**
 * To be called once at the level of a file: the server starts before its tests and ends after them.
 * Where it is not installed, says so; tests are to be left out by `isThere`.
 */
export async function testServer(name: ServiceName): Promise<TestServer> {
  const named = name === 'versitygw' ? process.env.BREWHOUSE_TEST_S3 : undefined;
  const isThere = named !== undefined || (await isToBeHad(name));
  const server: TestServer = {
    isThere,
    running: undefined,
    endpoint: named ?? '',
    root: '',
    async kill() {
      if (server.running !== undefined) await endProcess(server.running.pid, { signal: 'SIGKILL' });
    },
    async restart() {
      server.running = await startService(name, { root: server.root, port: Number(new URL(server.endpoint).port) });
    },
  };
  if (!isThere || named !== undefined) return server;
  beforeAll(async () => {
    server.root = mkdtempSync(join(tmpdir(), `brewhouse-${name}-`));
    server.running = await startService(name, { root: server.root });
    server.endpoint = server.running.endpoint;
  });
  afterAll(async () => {
    await server.kill();
    for (const folder of [server.root, ...tempFolders.splice(0)]) rmSync(folder, { recursive: true, force: true });
  });
  return server;
}

/** Who the tests are at the endpoint. */
export function accountAt(endpoint: string): S3Account {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, BREWHOUSE_TEST_S3 } = process.env;
  const isNamed = BREWHOUSE_TEST_S3 !== undefined;
  const accessKeyId = (isNamed && AWS_ACCESS_KEY_ID) || ACCESS_KEY;
  const secretAccessKey = (isNamed && AWS_SECRET_ACCESS_KEY) || SECRET_KEY;
  return { endpoint, region: (isNamed && AWS_REGION) || 'us-east-1', credentials: { accessKeyId, secretAccessKey } };
}

let commandsFolder = '';

/** What a command is told of the server, and where its temporary files go. */
export function environmentAt(endpoint: string): Record<string, string> {
  const { region, credentials } = accountAt(endpoint);
  // Commands of one file share it, as those of one user do.
  if (!existsSync(commandsFolder)) commandsFolder = tempFolderForFiles();
  return {
    TMPDIR: commandsFolder,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

let lakes = 0;

/** A location in the tests' bucket that nothing was written to. */
export function newLocation(): string {
  const bucket = process.env.BREWHOUSE_TEST_S3_BUCKET ?? BUCKET;
  return `s3://${bucket}/test-${process.pid}-${PROCESS_EFFECTS.now()}-${lakes++}/lake`;
}

const tempFolders: string[] = [];

/** A folder for files under way that is removed with the server of the file. */
export function tempFolderForFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'brewhouse-under-way-'));
  tempFolders.push(folder);
  return folder;
}

/** How a test opens a store, beside the location and the server. */
export interface OpenOptions {
  readonly tempFolder?: string;
  readonly patience?: Patience;
  readonly effects?: Partial<Effects>;
}

/** Opens the store at the location of a server. */
export function openAt(endpoint: string, location: string, options: OpenOptions = {}): ObjectStore {
  const { tempFolder = tempFolderForFiles(), patience = IMPATIENT, effects } = options;
  const account = accountAt(endpoint);
  return openS3Store(location, { tempFolder, patience, account }, { ...PROCESS_EFFECTS, ...effects });
}
