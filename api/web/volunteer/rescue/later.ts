// The parts about what became of a signal are loaded after the first screen; the signal itself is given without them.
import { later } from "../parts/later";

const nothing = (): null => null;
export const RescueNews = later(async () => (await import("./news")).loadNews(), nothing);
export const RescueWatch = later(async () => (await import("./news")).loadWatch(), nothing);
