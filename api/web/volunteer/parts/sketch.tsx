// A sketch without a map: rings of whole kilometres around the person, north above, a coarse circle or the exact place, staging.
import { type Spot, metresFrom, ringStepKm } from "../geometry";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import "./sketch.css";

interface Given {
  readonly me: Spot;
  /** Where to go. `isCoarse`: somewhere around here. */
  readonly target: Spot;
  readonly isCoarse: boolean;
  readonly staging: Spot | null;
  readonly isHazard: boolean;
}

const [WIDTH, HEIGHT, MARGIN] = [320, 200, 34];
const COARSE_M = 1_400; // what the API tells is the middle of a cell of which no point is farther away

export function Sketch({ me, target, isCoarse, staging, isHazard }: Given) {
  const spots = [target, ...(staging === null ? [] : [staging])].map((spot) => metresFrom(me, spot));
  const far = Math.max(300, ...spots.map(({ east, north }) => Math.hypot(east, north)));
  const room = far + (isCoarse ? COARSE_M : 0);
  const stepKm = ringStepKm(far);
  const [east, north] = [spots[0]?.east ?? 0, spots[0]?.north ?? 0];
  // The person and the target both lie in the picture, with a margin.
  const scale = Math.min((WIDTH - 2 * MARGIN) / Math.max(Math.abs(east), 1), (HEIGHT - 2 * MARGIN) / Math.max(Math.abs(north), 1), (HEIGHT - 2 * MARGIN) / room);
  const centre = { x: WIDTH / 2 - (east * scale) / 2, y: HEIGHT / 2 + (north * scale) / 2 };
  const place = (spot: { east: number; north: number }): { x: number; y: number } => ({
    x: centre.x + spot.east * scale,
    y: centre.y - spot.north * scale,
  });
  const goal = place(spots[0] ?? { east: 0, north: 0 });
  const gathering = spots[1] === undefined ? null : place(spots[1]);
  const f = formats(language.value);
  return (
    <figure class="sketch" aria-hidden="true">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="xMidYMid meet">
        <defs>
          <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect class="hatch-ground" width="7" height="7" />
            <path class="hatch-line" d="M0 0V7" />
          </pattern>
        </defs>
        {[1, 2, 3, 4].map((ring) => {
          const radius = ring * stepKm * 1000 * scale;
          return (
            <g key={ring}>
              <circle class="ring" cx={centre.x} cy={centre.y} r={radius} />
              {centre.y - radius > 10 && <text x={centre.x} y={centre.y - radius - 4}>{f.number(ring * stepKm)}</text>}
            </g>
          );
        })}
        <path class="direction" d={`M${centre.x} ${centre.y}L${goal.x} ${goal.y}`} />
        {isCoarse ? (
          <circle class={isHazard ? "area hazard" : "area"} cx={goal.x} cy={goal.y} r={Math.max(14, COARSE_M * scale)} />
        ) : (
          <path class="pin" d={`M${goal.x} ${goal.y}s-11-11-11-18a11 11 0 0 1 22 0c0 7-11 18-11 18z`} />
        )}
        {gathering !== null && <path class="staging" transform={`translate(${gathering.x} ${gathering.y})`} d="M-8-8H8V4L0 11-8 4Z" />}
        <circle class="me" cx={centre.x} cy={centre.y} r="8" />
        <path class="north" d={`M${WIDTH - 20} 34V12m-5 6 5-6 5 6`} />
      </svg>
    </figure>
  );
}
