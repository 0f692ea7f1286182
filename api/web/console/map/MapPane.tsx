// Where the open incidents are, without a map: the list and its coordinates do everything that a map does.
import type { ReadonlySignal } from "@preact/signals";
import { shortId } from "../queue/order";
import { placeText } from "../queue/place_text";
import type { Row } from "../state";

interface Props {
  readonly rows: ReadonlySignal<ReadonlyMap<string, Row>>;
  readonly selected: ReadonlySignal<string | null>;
  readonly select: (id: string | null) => void;
}

export function MapPane({ rows, selected, select }: Props) {
  return (
    <ul class="places">
      {[...rows.value.values()].map((row) => (
        <li key={row.id}>
          <button type="button" class="plain" aria-pressed={selected.value === row.id} onClick={() => select(row.id)}>
            {shortId(row.id)} <span class="q">{placeText(row)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
