// The map beside the written places. A pin by a tap, or by the keyboard in its middle; the text beside it says the same.
import { useEffect, useRef } from "preact/hooks";
import { MADE_BY, MadeBy } from "../../shared/assistant/mark";
import { HINTS } from "../../shared/assistant/texts";
import { language } from "../../shared/language";
import type { Spot } from "../geometry";
import { LeafletMap } from "./leaflet_map";
import { TEXTS } from "./text";

interface Given {
  readonly spots: readonly Spot[];
  readonly near: Spot | null;
  /** By software. */
  readonly suggested: readonly Spot[];
  readonly onPick: (spot: Spot) => void;
  readonly onUndo: () => void;
}

export default function PlaceMap({ spots, near, suggested, onPick, onUndo }: Given) {
  const texts = TEXTS.read();
  const element = useRef<HTMLDivElement>(null);
  const map = useRef<LeafletMap | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const of = language.value;
  useEffect(() => {
    if (element.current === null) return;
    const { zoomIn, zoomOut, credit } = TEXTS.read();
    const made = new LeafletMap(element.current, { near, of, zoomIn, zoomOut, credit, onPick: (spot) => pick.current(spot) });
    map.current = made;
    void made.draw().catch(() => undefined);
    return () => {
      map.current = null;
      made.remove();
    };
  }, [of]);
  useEffect(() => map.current?.show(spots), [spots, of]);
  useEffect(() => map.current?.suggest(suggested), [JSON.stringify(suggested), of]);
  return (
    <div class="place-map">
      <div class="frame">
        <div ref={element} class="canvas" role="application" aria-label={texts.mapName} data-map />
        <span class="cross" aria-hidden="true" />
      </div>
      <div class="pair">
        <button type="button" class="button" data-action="pin-middle" onClick={() => map.current?.pickMiddle()}>{texts.middle}</button>
        {spots.length > 0 && <button type="button" class="button" data-action="pin-undo" onClick={onUndo}>{texts.undo}</button>}
      </div>
      {suggested.length > 0 && <p class="label" data-made-by={MADE_BY}><MadeBy>{HINTS.read().work.onMap}</MadeBy></p>}
      <p class="label">{texts.coarse}</p>
    </div>
  );
}
