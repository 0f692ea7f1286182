-- Incidents as the log left them. ARGV[1]: owner of the rebuild; ARGV[2]: the incidents, packed by streams/store/restore.py.
-- Gives `partition|volunteer|offer` of holds that an earlier one excludes.

local refused = refusal(ARGV[1])
if refused then return refused end

local now = now_ms()
local conflicts = {}
for _, item in ipairs(cmsgpack.unpack(ARGV[2])) do
  local timeline = KEY.timeline .. item.incident.id
  call('DEL', timeline)
  if #item.timeline > 0 then call('RPUSH', timeline, unpack(item.timeline)) end
  for _, offer in ipairs(item.offers) do
    note_offer(offer.volunteer, offer.offer, offer.created)
    reindex(load_person(offer.volunteer), now)
  end
  for _, hold in ipairs(item.holds) do
    if not confirm_hold(hold, item.incident.id, '', now) then
      conflicts[#conflicts + 1] = hold.volunteer .. '|' .. hold.offer
    end
  end
  write_incident(item.incident, now)
end
return conflicts
