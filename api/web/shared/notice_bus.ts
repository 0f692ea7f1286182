// What the service worker tells the open pages of its origin: that it has shown a notice, and which offer the person wants to see.
export const NOTICE_BUS = "komek-notices";

export type NoticeNews =
  | { readonly kind: "shown"; readonly notice: string | null; readonly atMs: number }
  | { readonly kind: "open"; readonly fragment: string };
