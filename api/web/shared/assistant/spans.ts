// Where a text says something: `[start, end)` in code points of the original. Strings of this language count UTF-16 units, so that
// an emoji is two; whoever slices by the numbers of a span shows other words.

export type Span = readonly number[];

export interface Piece {
  readonly text: string;
  readonly isMarked: boolean;
}

/** The text in pieces, in order and whole. Spans may overlap, touch, lie beyond the end, or be none. */
export function piecesOf(text: string, spans: readonly Span[]): Piece[] {
  const points = [...text];
  const marked = points.map(() => false);
  for (const [start = 0, end = 0] of spans) marked.fill(true, Math.max(0, start), Math.max(0, end));
  const pieces: Piece[] = [];
  for (let from = 0; from < points.length; ) {
    let until = from + 1;
    while (until < points.length && marked[until] === marked[from]) until += 1;
    pieces.push({ text: points.slice(from, until).join(""), isMarked: marked[from] ?? false });
    from = until;
  }
  return pieces;
}

/** Of a long text that repeats itself, more would push everything else out of sight. */
const MOST_QUOTED = 6;

/** The words of the text that say it, each once, `…` between those that stand apart. */
export function wordsOf(text: string, spans: readonly Span[]): string {
  const said = piecesOf(text, spans).flatMap((one) => (one.isMarked ? [one.text.trim()] : []));
  const words = [...new Set(said)].filter((one) => one !== "");
  return words.length > MOST_QUOTED ? `${words.slice(0, MOST_QUOTED).join(" … ")} …` : words.join(" … ");
}
