/** Waits for servers that are installed beside the tests. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '../infra/services/catalogue.ts';
import { isInstalled } from '../infra/services/install.ts';

/** Written by whoever installs servers beside the tests, at the end of it. */
const READY = process.env.BREWHOUSE_SERVICES_READY;
/** Two builds from source on two busy cores. */
const INSTALL_MS_MAX = 900_000;

/**
 * Waits for an installation that is under way; where the server is not installed then, says so and
 * returns false: tests that need it are to be left out.
 */
export async function isToBeHad(name: ServiceName): Promise<boolean> {
  for (let waited = 0; READY !== undefined && waited < INSTALL_MS_MAX; waited += 500) {
    if (isInstalled(name) || existsSync(READY)) break;
    await sleep(500);
  }
  if (isInstalled(name)) return true;
  console.warn(`SKIPPED: ${name} is not installed (npm run services -- install ${name})`);
  return false;
}
