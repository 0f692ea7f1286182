// The browser's sound: it plays once a gesture has resumed it, and not where it refuses.

type State = "suspended" | "running";

export class FakeAudio extends EventTarget {
  static refuses = false;
  static played = 0;
  static last: FakeAudio | null = null;
  state: State = "suspended";
  readonly currentTime = 0;
  readonly destination = {};

  constructor() {
    super();
    FakeAudio.last = this;
  }

  resume(): Promise<void> {
    if (FakeAudio.refuses) return Promise.reject(new DOMException("no gesture", "NotAllowedError"));
    this.turn("running");
    return Promise.resolve();
  }

  /** As the system does, when a headset is unplugged. */
  turn(state: State): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }

  createGain(): unknown {
    const nothing = (): void => undefined;
    return { gain: { setValueAtTime: nothing, linearRampToValueAtTime: nothing }, connect: nothing };
  }

  createOscillator(): unknown {
    return { frequency: {}, connect: (next: unknown) => next, start: () => (FakeAudio.played += 1), stop: () => undefined };
  }
}
