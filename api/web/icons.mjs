// The icons that phones ask for as PNG, drawn from the one SVG. Its shapes are few: a rounded square and one path of straight lines.
import { crc32, deflateSync } from "node:zlib";

const SAMPLES = 4;

/** `isFull`: the ground reaches the edges, because the phone cuts its own shape out of it. The letter lies in the safe circle. */
export function png(svg, size, isFull) {
  const { width, radius, ground, ink, corners } = shapesOf(svg);
  const raw = Buffer.alloc(size * (1 + 4 * size));
  const fine = width / (size * SAMPLES);
  for (let y = 0; y < size; y += 1) {
    const counts = new Uint8Array(2 * size);
    for (let sub = 0; sub < SAMPLES; sub += 1) {
      const py = (y * SAMPLES + sub + 0.5) * fine;
      const crossings = crossingsAt(py, corners);
      let crossed = 0;
      const edge = isFull ? 0 : roundedEdge(py, width, radius);
      for (let step = 0; step < size * SAMPLES; step += 1) {
        const px = (step + 0.5) * fine;
        if (px < edge || px > width - edge) continue;
        while (crossings[crossed] < px) crossed += 1;
        counts[2 * Math.floor(step / SAMPLES) + (crossed % 2)] += 1;
      }
    }
    for (let x = 0; x < size; x += 1) {
      const [plain, inked] = [counts[2 * x], counts[2 * x + 1]];
      const all = plain + inked;
      const at = y * (1 + 4 * size) + 1 + 4 * x;
      for (let part = 0; part < 3; part += 1) raw[at + part] = all === 0 ? 0 : Math.round((ground[part] * plain + ink[part] * inked) / all);
      raw[at + 3] = Math.round((all * 255) / SAMPLES ** 2);
    }
  }
  return file(size, raw);
}

function shapesOf(svg) {
  const [, width, radius, ground] = /<rect width="(\d+)"[^>]* rx="(\d+)" fill="(#\w{6})"/.exec(svg);
  const [, path, ink] = /<path d="([^"]+)" fill="(#\w{3,6})"/.exec(svg);
  return { width: Number(width), radius: Number(radius), ground: colourOf(ground), ink: colourOf(ink), corners: cornersOf(path) };
}

function colourOf(text) {
  const hex = text.length === 4 ? [...text.slice(1)].map((one) => one + one).join("") : text.slice(1);
  return [0, 2, 4].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

/** Of a path with the commands M, L, H, h, l, v and z. Throws for any other: a curve would be drawn wrong without a word. */
function cornersOf(path) {
  const corners = [];
  let [x, y] = [0, 0];
  for (const [, command, text] of path.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const [first = 0, second = 0] = (text.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
    if (command === "z") break;
    if (command === "M" || command === "L") [x, y] = [first, second];
    else if (command === "H") x = first;
    else if (command === "h") x += first;
    else if (command === "v") y += first;
    else if (command === "l") [x, y] = [x + first, y + second];
    else throw new Error(`icons: the path command ${command} is not known`);
    corners.push([x, y]);
  }
  return corners;
}

/** Where a line at this height crosses the outline, from left to right. */
function crossingsAt(y, corners) {
  const found = corners.flatMap(([ax, ay], index) => {
    const [bx, by] = corners.at(index - 1);
    return ay > y === by > y ? [] : [((bx - ax) * (y - ay)) / (by - ay) + ax];
  });
  return found.sort((one, other) => one - other);
}

/** How far the rounded ground is from the edge at this height. */
function roundedEdge(y, width, radius) {
  const beyond = Math.max(radius - y, y - (width - radius), 0);
  return beyond === 0 ? 0 : radius - Math.sqrt(radius ** 2 - beyond ** 2);
}

function file(size, raw) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6], 8); // 8 bits of red, green, blue and opacity
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(raw, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "ascii"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
