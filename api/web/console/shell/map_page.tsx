// The map alone at /console/map, for a second screen. It follows the selection of the other windows, and they follow its own.
import { effect } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { startKeys } from "../keys";
import { startLive } from "../live";
import { isStale, select, selectedId } from "../state";
import { Banners } from "./banners";
import { Head } from "./head";
import { MapSide } from "./map_side";

export function MapPage() {
  useLayoutEffect(() => {
    const stops = [startLive(), startKeys()];
    return () => stops.forEach((stop) => stop());
  }, []);
  return (
    <div class="desk">
      <Head />
      <div class="banners"><Banners /></div>
      <main class="map-only" data-stale={isStale.value ? "true" : "false"}><MapSide /></main>
    </div>
  );
}

/** A window that was opened asks the others what is selected. No id of an incident is like this. */
const WHICH = "?";

/** Tells the other windows of this browser which incident is selected, and takes what they tell. Returns what stops it. */
export function shareSelection(): () => void {
  const channel = new BroadcastChannel("komek-selection");
  let told = selectedId.peek();
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === WHICH) {
      if (told !== null) channel.postMessage(told);
      return;
    }
    if (typeof data !== "string" && data !== null) return;
    told = data;
    select(data);
  };
  channel.postMessage(WHICH);
  const stop = effect(() => {
    const id = selectedId.value;
    if (id === told) return;
    told = id;
    channel.postMessage(id);
  });
  return () => {
    stop();
    channel.close();
  };
}
