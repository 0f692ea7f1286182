// The part about hazard zones is loaded after the first screen.
import { later } from "../parts/later";

export const GroundsWatch = later(async () => (await import("./watch")).loadWatch(), () => null);
