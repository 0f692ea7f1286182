// The middle: what is selected, the map, and what rises over it.
import { KeyCap } from "../../shared/parts/key_cap";
import { Later } from "../parts";
import { shortId } from "../queue/order";
import { typeWord } from "../say";
import { rows, select, selectedId } from "../state";
import { t } from "../text";
import { Help } from "./help";

const loadMap = () => import("../map/MapPane").then((module) => module.MapPane);

export function MapSide() {
  const text = t().own.desk;
  const id = selectedId.value;
  const type = id === null ? undefined : rows.value.get(id)?.type;
  return (
    <section class="map-side" aria-label={text.panes.map}>
      <div class={id === null ? "strip" : "strip chosen"}>
        <b class="clip">{id === null ? text.strip.none : text.strip.selected(shortId(id), type === undefined ? "" : typeWord(type))}</b>
        {id !== null && (
          <button type="button" class="plain" aria-keyshortcuts="Escape" onClick={() => select(null)}><KeyCap of="Esc" /> {text.strip.clear}</button>
        )}
      </div>
      <div class="map-place">
        <Later load={loadMap} props={{ rows, selected: selectedId, select }} waiting={t().common.loading} />
        <Help />
      </div>
    </section>
  );
}
