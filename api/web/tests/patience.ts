// Before each file of tests: what is waited for gets as long as a slow machine needs; a second is the default.
import { vi } from "vitest";

const { waitFor } = vi;
vi.waitFor = (check, how = { timeout: 30_000 }) => waitFor(check, how);
