import { effect } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { ask, isSending } from "../../shared/api_client";
import { SendingLine } from "../../shared/parts/sending_line";
import { json } from "../support/answers";

afterEach(() => vi.unstubAllGlobals());

function lateAnswers(): (answer?: Error) => Promise<void> {
  let settle = (_: Response | Error): void => undefined;
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve, reject) => (settle = (one) => (one instanceof Error ? reject(one) : resolve(one)))));
  return (answer) => act(async () => settle(answer ?? json({})));
}

test("what somebody sent is shown to be on its way until it is answered, also by nobody", async () => {
  const root = document.createElement("div");
  render(<SendingLine text="Sending…" />, root);
  for (const outcome of [undefined, new TypeError("network")]) {
    const answered = lateAnswers();

    const asked = ask("post", "/v1/incidents/{incident_id}/notes", { path: { incident_id: "i" }, body: { text: "x" }, repeats: 0 });
    await act(() => undefined);
    expect(root.textContent).toBe("Sending…");

    await answered(outcome);
    await act(async () => void (await asked));
    expect(root.textContent).toBe("");
  }
});

test("what a page reads, or sends of itself, is not", () => {
  void lateAnswers();

  void ask("get", "/v1/session", {});
  void ask("post", "/v1/notices/{notice_id}/seen", { path: { notice_id: "n" }, body: {} as never });
  void ask("put", "/v1/volunteers/{volunteer_id}/location", { path: { volunteer_id: "v" }, body: {} as never });

  expect(isSending.value).toBe(false);
});

test("an effect that sends something runs once", async () => {
  const answered = lateAnswers();
  let runs = 0;
  const stop = effect(() => {
    runs += 1;
    if (runs < 5) void ask("put", "/v1/volunteers/{volunteer_id}/duty", { path: { volunteer_id: "v" }, body: {} as never, repeats: 0 });
  });

  await answered();
  stop();

  expect(runs).toBe(1);
});
