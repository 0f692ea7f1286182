// The middle: what is selected, the map, and what rises over it.
import { KeyCap } from "../../shared/parts/key_cap";
import { Later } from "../parts";
import { typeOf } from "../say";
import { numberById } from "../queue/called";
import { known, rows, select, selectedId } from "../state";
import { t } from "../text";
import { Help, isHelpOpen } from "./help";

const loadMap = () => import("../map/MapPane").then((module) => module.MapPane);

export function MapSide() {
  const text = t().own.desk;
  const id = selectedId.value;
  const shown = id === null ? undefined : (rows.value.get(id) ?? known.value?.incident);
  const says = id === null ? text.strip.none : text.strip.selected(numberById(id), shown === undefined ? "" : typeOf(shown));
  return (
    <section class="map-side" aria-label={text.panes.map}>
      <div class={id === null ? "strip" : "strip chosen"}>
        <b class="clip" title={says}>{says}</b>
        {id !== null && (
          <button type="button" class="plain" aria-keyshortcuts="Escape" onClick={() => select(null)}><KeyCap of="Esc" /> {text.strip.clear}</button>
        )}
      </div>
      <div class="map-place">
        {/* What help covers is not reached by keys either. */}
        <div class="under" inert={isHelpOpen.value}>
          <Later load={loadMap} props={{ rows, selected: selectedId, select }} waiting={t().common.loading} />
        </div>
        <Help />
      </div>
    </section>
  );
}
