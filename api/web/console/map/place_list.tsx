// Where the open incidents are, without a map: the list and its coordinates do everything that a map does.
import { numberOf } from "../queue/number";
import { placeText } from "../queue/place_text";
import { typeOf } from "../say";
import type { MapPaneProps } from "./MapPane";

export function PlaceList({ rows, selected, select }: MapPaneProps) {
  return (
    <ul class="places">
      {[...rows.value.values()].map((row) => (
        <li key={row.id}>
          <button type="button" class="plain" aria-pressed={selected.value === row.id} onClick={() => select(row.id)}>
            {numberOf(row)} {typeOf(row)} <span class="q">{placeText(row)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
