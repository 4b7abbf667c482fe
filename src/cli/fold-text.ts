/** A long text for one screen: long lines are clipped, lines in the middle left out. */

/** How much of a text a screen holds. */
export interface Screen {
  readonly columns: number;
  readonly lines: number;
}

const MORE = ' …';
const ESCAPE = '\u001b';
/** What sets a colour, and takes no room. */
const COLOUR = new RegExp(`(${ESCAPE}\\[[0-9;]*m)`);

/** The text in at most so many lines of at most so many letters. */
export function foldText(text: string, { columns, lines }: Screen): string {
  const clipped = text.split('\n').map((line) => clipLine(line, columns));
  const left = clipped.length - lines;
  if (left <= 0) return clipped.join('\n');
  const head = Math.ceil((lines - 1) / 2);
  const tail = lines - 1 - head;
  return [...clipped.slice(0, head), `    … ${left + 1} more lines …`, ...clipped.slice(clipped.length - tail)].join(
    '\n',
  );
}

function clipLine(line: string, columns: number): string {
  const parts = line.split(COLOUR);
  const letters = parts.filter((_, i) => i % 2 === 0).join('').length;
  if (letters <= columns) return line;
  let room = columns - MORE.length;
  let isOpen = true;
  return parts
    .map((part, i) => {
      if (i % 2 === 1) return part;
      const kept = part.slice(0, room);
      room -= kept.length;
      const ends = isOpen && kept.length < part.length;
      if (ends) isOpen = false;
      return ends ? `${kept}${MORE}` : kept;
    })
    .join('');
}
