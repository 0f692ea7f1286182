// Colours of the map from the tokens, and its marks drawn with them: the same shapes as in the queue.

const TOKENS = [
  "ink", "ink-2", "ink-3", "sheet", "accent", "stale", "critical", "high", "normal", "low", "critical-fill", "on-critical", "high-fill", "on-high",
  "map-land", "map-city", "map-line", "cell-1", "cell-2", "cell-3", "cell-ink", "line-strong", "ground",
] as const;
export type Token = (typeof TOKENS)[number];
export type Palette = Readonly<Record<Token, string>>;

export function readPalette(of: Element = document.documentElement): Palette {
  const style = getComputedStyle(of);
  return Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Record<Token, string>;
}

export interface Mark {
  readonly name: string;
  readonly size: number;
  readonly draw: (on: CanvasRenderingContext2D) => void;
}
const RATIO = 2;
const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

/** Paths on a field of 18 units, as the severity mark of the lists. */
const SHAPES = { critical: "M9 0 18 9 9 18 0 9Z", high: "M9 1 17.5 16.5H.5Z", normal: "M9 1.5a7.5 7.5 0 1 0 .01 0Z", low: "M1.5 1.5h15v15h-15Z" } as const;
type Priority = keyof typeof SHAPES;
const NUMBER_AT: Readonly<Record<Priority, readonly [number: string, baseline: number]>> = {
  critical: ["1", 12.2],
  high: ["2", 14.5],
  normal: ["3", 12.2],
  low: ["4", 12.2],
};

function severity(of: Priority, colours: Palette): Mark {
  const [number, baseline] = NUMBER_AT[of];
  const fill = { critical: colours["critical-fill"], high: colours["high-fill"], normal: colours["map-land"], low: colours["map-land"] }[of];
  const ink = { critical: colours["on-critical"], high: colours["on-high"], normal: colours.normal, low: colours.low }[of];
  const edge = { critical: colours["map-land"], high: colours.high, normal: colours.normal, low: colours.low }[of];
  return {
    name: `mark-${of}`,
    size: 24,
    draw(on) {
      on.translate(2, 2);
      on.scale(20 / 18, 20 / 18);
      const path = new Path2D(SHAPES[of]);
      on.fillStyle = fill;
      on.fill(path);
      on.strokeStyle = edge;
      on.lineWidth = of === "normal" ? 2 : 1.2;
      on.stroke(path);
      on.fillStyle = ink;
      on.font = `700 9px ${FONT}`;
      on.textAlign = "center";
      on.fillText(number, 9, baseline);
    },
  };
}

function person(shape: "arrow" | "square" | "dot", isOld: boolean, colours: Palette): Mark {
  const path = { arrow: "M9 1 15.5 17 9 13.2 2.5 17Z", square: "M4 4h10v10H4Z", dot: "M9 4a5 5 0 1 0 .01 0Z" }[shape];
  return {
    name: `${shape}-${isOld ? "old" : "fresh"}`,
    size: 18,
    draw(on) {
      const drawn = new Path2D(path);
      on.fillStyle = isOld ? colours["map-land"] : colours.ink;
      on.strokeStyle = isOld ? colours.stale : colours["map-land"];
      on.lineWidth = 1.5;
      on.fill(drawn);
      on.stroke(drawn);
    },
  };
}

function brackets(colours: Palette): Mark {
  return {
    name: "brackets",
    size: 40,
    draw(on) {
      on.strokeStyle = colours.ink;
      on.lineWidth = 2.5;
      on.stroke(new Path2D("M2 12V2H12M28 2H38V12M38 28V38H28M12 38H2V28"));
    },
  };
}

function plate(name: string, fill: string, edge: string): Mark {
  return {
    name,
    size: 16,
    draw(on) {
      on.fillStyle = fill;
      on.fillRect(0, 0, 16, 16);
      on.strokeStyle = edge;
      on.strokeRect(0.5, 0.5, 15, 15);
    },
  };
}

function hatch(colours: Palette): Mark {
  return {
    name: "hatch",
    size: 12,
    draw(on) {
      on.strokeStyle = colours["critical-fill"];
      on.lineWidth = 1.6;
      on.stroke(new Path2D("M-3 3 3 -3M-3 15 15 -3M9 15 15 9"));
    },
  };
}

/** The shield of the phone: where people gather. */
function staging(colours: Palette): Mark {
  return {
    name: "staging",
    size: 22,
    draw(on) {
      const path = new Path2D("M3 2H19V13L11 20 3 13Z");
      on.fillStyle = colours.sheet;
      on.fill(path);
      on.strokeStyle = colours.ink;
      on.lineWidth = 2;
      on.stroke(path);
      on.stroke(new Path2D("M7 7H15M7 11H15"));
    },
  };
}

function cross(colours: Palette): Mark {
  return {
    name: "cross",
    size: 32,
    draw(on) {
      on.strokeStyle = colours.accent;
      on.lineWidth = 2;
      on.setLineDash([4, 3]);
      on.stroke(new Path2D("M16 7a9 9 0 1 0 .01 0Z"));
      on.setLineDash([]);
      on.stroke(new Path2D("M16 0V12M16 20V32M0 16H12M20 16H32"));
    },
  };
}

export function marks(colours: Palette): Mark[] {
  const shapes = ["arrow", "square", "dot"] as const;
  return [
    ...(["critical", "high", "normal", "low"] as const).map((of) => severity(of, colours)),
    ...shapes.flatMap((shape) => [person(shape, false, colours), person(shape, true, colours)]),
    brackets(colours),
    plate("plate", colours.sheet, colours["line-strong"]),
    plate("plate-selected", colours.ink, colours.ink),
    hatch(colours),
    staging(colours),
    cross(colours),
  ];
}

/** The pixels of a mark, at twice its size for sharp screens. */
export function pixelsOf(mark: Mark): { readonly data: ImageData; readonly ratio: number } {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = mark.size * RATIO;
  const on = canvas.getContext("2d");
  if (on === null) throw new Error("no 2d canvas");
  on.scale(RATIO, RATIO);
  mark.draw(on);
  return { data: on.getImageData(0, 0, canvas.width, canvas.height), ratio: RATIO };
}
