// Links to the map apps of the phone.
import type { Spot } from "../geometry";
import { WORK } from "../screens/work_text";

/** The apps of phones that show the way. Opened in a new window: the job stays open behind it. */
export function MapLinks({ to }: { to: Spot }) {
  const { work } = WORK.read();
  const [lon, lat] = [to.lon.toFixed(6), to.lat.toFixed(6)];
  const links = [
    ["2GIS", `https://2gis.kz/directions/points/%7C${lon}%2C${lat}`],
    ["Yandex", `https://yandex.kz/maps/?rtext=~${lat},${lon}&rtt=auto`],
    ["Google", `https://www.google.com/maps/dir/?api=1&destination=${lat},${lon}`],
    [work.mapOther, `geo:${lat},${lon}`],
  ] as const;
  return (
    <p class="map-links">
      <span class="label">{work.map}</span>
      {links.map(([name, address]) => (
        <a class="button" key={name} href={address} target="_blank" rel="noopener noreferrer">{name}</a>
      ))}
    </p>
  );
}
