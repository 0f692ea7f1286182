// Line icons of 24 units. Each stands beside a word; none carries a meaning alone.
const PATHS = {
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c3 3 3.6 6 3.6 9s-.6 6-3.6 9c-3-3-3.6-6-3.6-9S9 6 12 3Z",
  warn: "M12 4 21.5 20H2.5ZM12 10v5M12 17.5v.1",
  phone: "M5.5 4h3l1.8 4.4-2.2 1.7a12 12 0 0 0 5.8 5.8l1.7-2.2L20 15.5v3a1.7 1.7 0 0 1-1.9 1.7C11 19.7 4.3 13 3.8 5.9A1.7 1.7 0 0 1 5.5 4Z",
  people: "M9 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM2.5 20c0-4 2.8-6.5 6.5-6.5s6.5 2.5 6.5 6.5M16 4.8a3.5 3.5 0 0 1 0 6.4M18.5 14.5c2 1 3 3 3 5.5",
  distress: "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3ZM12 7.5V13M12 16.2v.1",
  check: "m5 12.5 4.5 4.5L19 7.5",
  position: "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM12 1.5v3M12 19.5v3M1.5 12h3M19.5 12h3",
  home: "M4 11.5 12 4.5l8 7M6.5 10v9.5h11V10",
  history: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7v5.5l3.5 2",
  settings: "M4 7h8.5M17 7h3M4 17h3M11.5 17H20M15 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM9 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  lock: "M5.5 11h13v9.5h-13ZM8 11V8a4 4 0 0 1 8 0v3",
  offline: "M4 4l16 16M5 12.5a10 10 0 0 1 4-2.4M19 12.5a10 10 0 0 0-4.5-2.5M8.5 16a5 5 0 0 1 5-1.2M12 19.5v.1",
  need: "M3.5 8.5h17V20h-17ZM9 8.5V5h6v3.5M12 11.5v5.5M9.3 14.2h5.4",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15ZM10 21h4",
  clock: "M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM12 8v4.5l3 1.7",
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ of }: { of: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[of]} />
    </svg>
  );
}
