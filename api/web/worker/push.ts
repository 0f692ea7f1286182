// What a push says, and what the worker makes of it. No state: a worker may be stopped after each event.

/** The payload of a push, as the notifier makes it: Declarative Web Push, with ids for the worker. */
export interface Pushed {
  readonly title: string;
  readonly body: string;
  /** A later push with the same one replaces it on the screen. */
  readonly tag: string;
  /** The part of the page that a tap opens, as a fragment: `#offer=…`, or nothing. */
  readonly fragment: string;
  readonly offerId: string | null;
  readonly notice: string | null;
  readonly channel: string | null;
}

const SILENT: Pushed = { title: "Komek", body: "", tag: "komek", fragment: "", offerId: null, notice: null, channel: null };

/** Anything at all becomes something that can be shown: browsers withdraw the right from a page that shows nothing. */
export function readPush(text: string | null): Pushed {
  try {
    const { notification }: { notification?: Record<string, unknown> } = JSON.parse(text ?? "");
    const { title, body, tag, navigate, data } = notification ?? {};
    const { notice, channel } = (data ?? {}) as Record<string, unknown>;
    const fragment = fragmentOf(navigate);
    return {
      title: textOr(title) ?? SILENT.title,
      body: textOr(body) ?? "",
      tag: textOr(tag) ?? SILENT.tag,
      fragment,
      offerId: offerIn(fragment),
      notice: textOr(notice),
      channel: textOr(channel),
    };
  } catch {
    return SILENT;
  }
}

/** `#offer=ID`: the id. */
export function offerIn(fragment: string): string | null {
  return new URLSearchParams(fragment.slice(1)).get("offer");
}

/** Only the fragment of a link counts: a push never leads to another page. */
function fragmentOf(navigate: unknown): string {
  const fragment = typeof navigate === "string" ? navigate.slice(navigate.indexOf("#")) : "";
  return fragment.startsWith("#offer=") && fragment.length > "#offer=".length ? fragment : "";
}

function textOr(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Says that this device has shown a notice, or that the person has opened it. */
export function wordOf({ offerId, channel }: Pushed, outcome: "delivered" | "seen"): string {
  return JSON.stringify({ outcome, ...(offerId === null ? {} : { offer_id: offerId }), ...(channel === null ? {} : { channel }) });
}
