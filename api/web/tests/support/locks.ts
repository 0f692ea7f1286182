// Web Locks in memory, for several tabs within one test: exclusive locks in the order of their requests, abort and steal.

interface Waiting {
  readonly run: () => void;
}
interface Held {
  readonly reject: (reason: unknown) => void;
}

export class FakeLocks {
  private readonly held = new Map<string, Held>();
  private readonly waiting = new Map<string, Waiting[]>();

  request<T>(name: string, given: unknown, maybe?: () => Promise<T>): Promise<T> {
    const options = (maybe === undefined ? {} : given) as { signal?: AbortSignal; steal?: boolean };
    const action = maybe ?? (given as () => Promise<T>);
    return new Promise<T>((resolve, reject) => {
      const queue = this.waiting.get(name) ?? [];
      this.waiting.set(name, queue);
      const start = (): void => {
        const holder: Held = { reject };
        this.held.set(name, holder);
        void Promise.resolve(action()).then(resolve, reject).finally(() => this.release(name, holder));
      };
      if (options.steal) {
        this.held.get(name)?.reject(new DOMException("stolen", "AbortError"));
        start();
      } else if (!this.held.has(name)) start();
      else {
        const entry = { run: start };
        queue.push(entry);
        options.signal?.addEventListener("abort", () => {
          if (!queue.includes(entry)) return;
          queue.splice(queue.indexOf(entry), 1);
          reject(options.signal?.reason);
        });
      }
    });
  }

  private release(name: string, holder: Held): void {
    if (this.held.get(name) !== holder) return;
    this.held.delete(name);
    this.waiting.get(name)?.shift()?.run();
  }
}
