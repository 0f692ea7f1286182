// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Away, ReportReading, type ReportRead } from "../../console/report/reading";

const READ = { types: [], places: [] } as unknown as ReportRead;
const FLOOD = "Өзен тасып жатыр";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function reading(answer: (text: string) => Promise<ReportRead | Away> = () => Promise.resolve(READ)) {
  const asked: { text: string; signal: AbortSignal }[] = [];
  const of = new ReportReading((text, signal) => {
    asked.push({ text, signal });
    return answer(text);
  });
  return { of, asked };
}

test("of what is typed quickly only the last text is asked about, after a pause", async () => {
  const { of, asked } = reading();
  for (let end = 1; end <= FLOOD.length; end++) of.look(FLOOD.slice(0, end));
  expect(asked).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(400);
  expect(asked.map((one) => one.text)).toEqual([FLOOD]);
  expect(of.state.value).toEqual({ kind: "known", text: FLOOD, read: READ });
});

test("too short and too long texts are not asked about", async () => {
  const { of, asked } = reading();
  for (const text of ["", "  су ", "x".repeat(10_001)]) of.look(text);
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked.length, of.state.value.kind]).toEqual([0, "none"]);
});

test("a newer text cancels the older question, and its late answer is dropped", async () => {
  const answers: ((read: ReportRead) => void)[] = [];
  const { of, asked } = reading(() => new Promise((resolve) => answers.push(resolve)));
  of.look(FLOOD);
  await vi.advanceTimersByTimeAsync(400);
  of.look(`${FLOOD}, көмек`);
  await vi.advanceTimersByTimeAsync(400);
  expect(asked[0]?.signal.aborted).toBe(true);
  answers[0]?.(READ);
  await vi.advanceTimersByTimeAsync(0);
  expect(of.state.value.kind).toBe("reading");
  answers[1]?.(READ);
  await vi.advanceTimersByTimeAsync(0);
  expect(of.state.value).toMatchObject({ kind: "known", text: `${FLOOD}, көмек` });
});

test("busy, off or away is said, and asked again until there is an answer", async () => {
  for (const why of ["busy", "off", "away"] as const) {
    const answers: (ReportRead | Away)[] = [why, READ];
    const { of } = reading(() => Promise.resolve(answers.shift() ?? READ));
    of.look(FLOOD);
    await vi.advanceTimersByTimeAsync(400);
    expect(of.state.value).toEqual({ kind: "away", why });
    await vi.advanceTimersByTimeAsync(6_000);
    expect(of.state.value.kind).toBe("known");
  }
});

test("a switch takes everything away at once, before anybody answers", async () => {
  const { of, asked } = reading();
  of.look(FLOOD);
  await vi.advanceTimersByTimeAsync(400);
  of.again();
  expect(of.state.value.kind).toBe("reading");
  await vi.advanceTimersByTimeAsync(400);
  expect(asked).toHaveLength(2);
});

test("a form that is closed asks nothing", async () => {
  const { of, asked } = reading();
  of.look(FLOOD);
  of.close();
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked.length, of.state.value.kind]).toEqual([0, "none"]);
});
