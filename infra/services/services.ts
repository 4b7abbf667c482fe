/**
 * `npm run services -- install|start|stop|status|env [NAMES]`: the servers of development on this
 * machine, without containers. What runs is kept in .services/, and only that is stopped.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCESS_KEY, BUCKET, DEFAULTS, isServiceName, SECRET_KEY, SERVICES, type ServiceName } from './catalogue.ts';
import { install, isInstalled, servicesFolder } from './install.ts';
import { beginningOf, endProcess, type RunningService, startService } from './running.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '.services');

/** A pid may belong to another process by now: its beginning tells. */
type Kept = RunningService & { readonly beginning: string };

const serviceNames = Object.keys(SERVICES).filter(isServiceName);
const fileOf = (name: ServiceName) => join(FOLDER, `${name}.json`);

function running(): Kept[] {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];
  const kept = names.map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Kept);
  return kept.filter(({ pid, beginning }) => beginning !== '' && beginningOf(pid) === beginning);
}

async function start(names: readonly ServiceName[]): Promise<void> {
  for (const name of names) {
    if (running().some((each) => each.name === name)) continue;
    await install(name);
    mkdirSync(FOLDER, { recursive: true });
    const started = await startService(name, { root: join(FOLDER, name), isDetached: true });
    writeFileSync(fileOf(name), `${JSON.stringify({ ...started, beginning: beginningOf(started.pid) })}\n`);
  }
  status();
}

async function stop(names: readonly ServiceName[]): Promise<void> {
  for (const { pid } of running().filter((each) => names.includes(each.name))) await endProcess(pid);
  for (const name of names) rmSync(fileOf(name), { force: true });
}

function status(): void {
  const up = running();
  for (const name of serviceNames) {
    const found = up.find((each) => each.name === name);
    const state = found === undefined ? (isInstalled(name) ? 'stopped' : 'not installed') : 'running';
    console.log([name.padEnd(10), state.padEnd(14), found?.endpoint ?? ''].join('').trimEnd());
  }
}

/** What a shell is told, so that `--lake s3://brewhouse/lake` is a lake. */
function environment(): void {
  const up = running();
  const [s3] = serviceNames
    .filter((name) => SERVICES[name].isS3)
    .flatMap((name) => up.find((each) => each.name === name) ?? []);
  if (s3 === undefined) throw new Error('no S3 server runs: npm run services -- start versitygw');
  const said = {
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: SECRET_KEY,
    AWS_REGION: 'us-east-1',
  };
  for (const [name, value] of Object.entries(said)) console.log(`export ${name}=${value}`);
  console.error(`# the bucket is s3://${BUCKET}; eval "$(npm run -s services -- env)" sets these`);
}

async function installAll(names: readonly ServiceName[]): Promise<void> {
  const failed: string[] = [];
  for (const name of names) {
    try {
      await install(name);
      console.log(`${name} ${SERVICES[name].version} is installed in ${servicesFolder()}`);
    } catch (error) {
      failed.push((error as Error).message);
    }
  }
  if (failed.length > 0) throw new Error(failed.join('\n'));
}

const [verb = 'status', ...words] = process.argv.slice(2);
const unknown = words.filter((word) => !isServiceName(word));
const named = words.filter(isServiceName);
const verbs = new Map<string, () => unknown>([
  ['install', () => installAll(named.length > 0 ? named : DEFAULTS)],
  ['start', () => start(named.length > 0 ? named : DEFAULTS)],
  ['stop', () => stop(named.length > 0 ? named : running().map(({ name }) => name))],
  ['status', status],
  ['env', environment],
]);
const act = verbs.get(verb);
try {
  if (unknown.length > 0) throw new Error(`there is no server ${unknown.join(', ')}`);
  if (act === undefined) throw new Error(`it takes ${[...verbs.keys()].join(', ')}, and not ${verb}`);
  await act();
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
