/** A command as data: what it is told by its flags, typed, and what it comes to. */

/** What every flag has. */
interface Flag {
  readonly about: string;
}

/** A flag without a value: it is given or not. */
export interface Switch extends Flag {
  readonly value?: undefined;
}

/** A flag with a value. */
export interface ValueFlag<T = unknown> extends Flag {
  /** Names the value in help: `DIR`. */
  readonly value: string;
  readonly required?: boolean;
  /** The value is a path that must be there. */
  readonly reads?: boolean;
  /** The value of a text. Throws `usage`, which names the flag. */
  readonly parse: (text: string, flag: string) => T | Promise<T>;
}

/** Flags by their names, in the order of help. */
export type Flags = Readonly<Record<string, Switch | ValueFlag>>;

/** A command of the table. */
export interface Command {
  readonly about: string;
  /**
   * Positional arguments as help shows them, `[LAKE]` one that may be left out; the last one is a
   * path that is read.
   */
  readonly args: readonly string[];
  readonly flags: Flags;
}

/** What a flag comes to: undefined where it may be left out and is, a switch true or false. */
type ValueOf<F> = F extends { readonly parse: (text: string, flag: string) => infer T }
  ? F extends { readonly required: true }
    ? Awaited<T>
    : Awaited<T> | undefined
  : boolean;

type Texts<A extends readonly unknown[]> = {
  readonly [I in keyof A]: A[I] extends `[${string}` ? string | undefined : string;
};

/** What a person told a command. */
export interface Given<C extends Command = Command> {
  readonly flags: { readonly [F in keyof C['flags']]: ValueOf<C['flags'][F]> };
  readonly args: Texts<C['args']>;
}

/** A command that is to run now. */
export interface Call<C extends Command = Command> extends Given<C> {
  /** Whether its text may be coloured. */
  readonly colour: boolean;
}

/**
 * What a command comes to: the object that `--json` prints, and the text that it prints without.
 */
export interface Outcome {
  readonly exit: number;
  readonly result: object;
  readonly text: string;
}
