// Answers of a server, and a stream that a test feeds.

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

export function problem(code: string, status: number, more: Record<string, unknown> = {}, headers: Record<string, string> = {}): Response {
  return json({ code, status, title: code, detail: code, type: `urn:komek:problem:${code}`, ...more }, status, headers);
}

/** An open event stream. */
export class FedStream {
  private controller!: ReadableStreamDefaultController<Uint8Array>;
  readonly answer: Response;

  constructor() {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (this.controller = controller) });
    this.answer = new Response(body, { status: 200, headers: { "Content-Type": "text/event-stream" } });
  }

  send(name: string, data: unknown, id?: string): void {
    this.text(`event: ${name}\ndata: ${JSON.stringify(data)}\n${id === undefined ? "" : `id: ${id}\n`}\n`);
  }

  comment(): void {
    this.text(": alive\n\n");
  }

  private text(text: string): void {
    this.controller.enqueue(new TextEncoder().encode(text));
  }

  close(): void {
    this.controller.close();
  }

  /** As the browser does when the request is aborted. */
  fail(): void {
    try {
      this.controller.error(new DOMException("aborted", "AbortError"));
    } catch {
      // It has ended already.
    }
  }
}
