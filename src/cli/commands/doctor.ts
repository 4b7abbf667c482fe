/** `brewhouse doctor`: whether this machine and the place of a lake can do what a build needs. */

import type { Finding } from '../../adapters/checkup.ts';
import { checkLocation } from '../../adapters/open-store.ts';
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';

/** As many as take part in a race on a busy stream. */
const WRITERS = 32;
const ROUNDS_DEFAULT = 100;
const BYTES_DEFAULT = 512 * 1024;
/** Who asks whether a store answers does not want to wait until it does. */
const WAIT_MS_DEFAULT = 10_000;

/** Throws `usage` for what is no location. Exits with 4 where something must be mended. */
export async function run({ flags, args: [lake], colour }: CallOf<'doctor'>, effects: Effects): Promise<Outcome> {
  const trial = { writers: WRITERS, rounds: flags.rounds ?? ROUNDS_DEFAULT, bytes: flags.bytes ?? BYTES_DEFAULT };
  const waitMs = flags['store-wait'] ?? WAIT_MS_DEFAULT;
  const found = lake === undefined ? [] : await checkLocation(lake, { trial, waitMs }, effects);
  const findings = [nodeFinding(), ...found];
  const ok = findings.every((each) => each.ok);
  const result = { ok, findings };
  return { exit: ok ? EXIT.done : EXIT.service, result, text: textOf(findings, colour) };
}

/** An older Node than is needed comes to no command: the launcher says so. */
function nodeFinding(): Finding {
  return { name: 'Node', ok: true, said: process.versions.node, remedy: '' };
}

function textOf(findings: readonly Finding[], colour: boolean): string {
  const painted = (ok: boolean) => {
    const word = ok ? 'ok' : 'FAULT';
    return colour ? `\u001b[${ok ? 32 : 31}m${word}\u001b[0m` : word;
  };
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings
    .flatMap(({ name, ok, said, remedy }) => [
      `${painted(ok)}${ok ? '   ' : ''} ${name.padEnd(width)}  ${said}`,
      ...(remedy === '' ? [] : [`      ${remedy}`]),
    ])
    .join('\n');
}
