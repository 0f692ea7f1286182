// The deployment: its zone counts everywhere, also without a network, and a bad answer breaks nothing.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Deployment, deployment } from "../../shared/deployment";
import { startDeployment } from "../../shared/deployment_reading";
import { formats, setTimeZone, timeZone } from "../../shared/formats";

const found = { time_zone: "Asia/Tokyo", exercise: true } as Deployment;
const answers = (make: () => Promise<Response>): void => void vi.stubGlobal("fetch", vi.fn(make));

beforeEach(() => {
  localStorage.clear();
  deployment.value = null;
});
afterEach(() => {
  vi.unstubAllGlobals();
  setTimeZone("Asia/Almaty");
});

test("times are those of the deployment", async () => {
  answers(() => Promise.resolve(Response.json(found)));

  await startDeployment();

  expect(deployment.value).toEqual(found);
  expect(formats("ru").time("2026-11-22T00:00:00Z")).toBe("09:00");
});

test("what an earlier visit read counts until there is an answer, and without one", async () => {
  localStorage.setItem("komek-deployment", JSON.stringify(found));
  answers(() => Promise.resolve(Response.json({ code: "not_found" }, { status: 404 })));

  await startDeployment();

  expect(timeZone()).toBe("Asia/Tokyo");
  expect(deployment.value?.exercise).toBe(true);
});

test("a zone that this browser does not know leaves the one before", async () => {
  answers(() => Promise.resolve(Response.json({ ...found, time_zone: "Mars/Crater" })));

  await startDeployment();

  expect(timeZone()).toBe("Asia/Almaty");
  expect(deployment.value?.exercise).toBe(true);
});

test("what is kept and is no deployment changes nothing", async () => {
  localStorage.setItem("komek-deployment", "{");
  answers(() => Promise.resolve(Response.json({ code: "not_found" }, { status: 404 })));

  await startDeployment();

  expect(deployment.value).toBeNull();
});
