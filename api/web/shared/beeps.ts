// Tones without a file: nothing is loaded when something must be heard.

export interface Beep {
  readonly atS: number;
  readonly forS: number;
  readonly hertz: number;
}
const LOUDNESS = 0.25;
const EDGE_S = 0.01;

/** Plays these on a context that runs. */
export function playBeeps(on: AudioContext, beeps: readonly Beep[]): void {
  for (const one of beeps) beep(on, one);
}

function beep(on: AudioContext, of: Beep): void {
  const [tone, volume] = [on.createOscillator(), on.createGain()];
  const [from, to] = [on.currentTime + of.atS, on.currentTime + of.atS + of.forS];
  tone.type = "triangle";
  tone.frequency.value = of.hertz;
  // Without edges each beep begins and ends with a click.
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(LOUDNESS, from + EDGE_S);
  volume.gain.setValueAtTime(LOUDNESS, to - EDGE_S);
  volume.gain.linearRampToValueAtTime(0, to);
  tone.connect(volume).connect(on.destination);
  tone.start(from);
  tone.stop(to);
}
