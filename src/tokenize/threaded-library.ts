/** The library's encoder in a thread of its own, which loads it while other work goes on. */
import { startThread } from '../asked-thread.ts';
import { intAt } from '../checked.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import { threadScript } from '../thread-script.ts';
import type { Encoded, EncodeRequest } from './encode-rounds.ts';
import { ENCODE_BATCH_MAX, type LibraryEncoder } from './library-encoder.ts';
import type { LibraryAnswer, LibraryFacts, LibraryThreadData, LibraryWish, ToldEncoding } from './library-thread.ts';

/** A library that is loaded beside other work. */
export interface ThreadedLibrary {
  /** What it encodes by. What the thread refuses (`tokenizer_refused`) is thrown there. */
  open(facts: LibraryFacts): LibraryEncoder;
  /** Ends the thread. */
  end(): Promise<void>;
}

/** Starts the thread, which loads at once and does not keep the process from its end. */
export function threadedLibrary(workerData: LibraryThreadData): ThreadedLibrary {
  const start = { script: threadScript(import.meta.url, 'library-thread'), workerData, isBackground: true };
  const thread = startThread<LibraryWish, LibraryAnswer>(start, PROCESS_EFFECTS);
  /** Who encodes hears of what is refused. */
  const tell = (wish: LibraryWish) => void thread.ask(wish).catch(() => undefined);
  tell({ kind: 'load' });
  const ask = async <Answer>(requests: readonly EncodeRequest[], withPlaces: boolean): Promise<Answer[]> => {
    const answers: Answer[] = [];
    for (let from = 0; from < requests.length; from += ENCODE_BATCH_MAX) {
      const batch = requests.slice(from, from + ENCODE_BATCH_MAX);
      answers.push(...((await thread.ask({ kind: 'encode', requests: batch, withPlaces })) as Answer[]));
    }
    return answers;
  };
  return {
    open(facts) {
      tell({ kind: 'open', facts });
      return {
        encodeRequests: async (requests) => (await ask<ToldEncoding>(requests, true)).map(encodedOf),
        encodeIds: (requests) => ask<Int32Array>(requests, false),
      };
    },
    end: thread.end,
  };
}

function encodedOf({ ids, runs, starts, ends, borders }: ToldEncoding): Encoded {
  return {
    length: ids.length,
    ids,
    runs,
    spanOf: (token) => ({ from: intAt(starts, token), to: intAt(ends, token) }),
    tokensBeforeSpace: (place) => borders.get(place),
  };
}
