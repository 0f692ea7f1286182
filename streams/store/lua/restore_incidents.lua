-- Writes the folded incidents during a rebuild. ARGV[1]: owner of the rebuild; ARGV[2]: the incidents, packed by
-- streams/store/restore.py. Returns `volunteer|offer` of each hold whose person an earlier hold engages.

local refused = refusal(ARGV[1])
if refused then return refused end

local now = now_ms()
local conflicts = {}

-- Like confirm_hold, without the indexes, which restore_index.lua writes at the end.
local function hold_person(hold, incident)
  local key = KEY.volunteer .. hold.volunteer
  local held = call('HGET', key, 'co')
  if held and held ~= hold.offer then return false end
  call('HSET', key, 'co', hold.offer, 'ci', incident, 'ce', hold.epoch, 'cs', 'c', 'cc', '', 'ca', now)
  let_expire(key)
  return true
end

for _, item in ipairs(cmsgpack.unpack(ARGV[2])) do
  local incident = item.incident
  local timeline = KEY.timeline .. incident.id
  call('DEL', timeline)
  if #item.timeline > 0 then call('RPUSH', timeline, unpack(item.timeline)) end
  for _, offer in ipairs(item.offers) do note_offer(offer.volunteer, offer.offer, offer.created) end
  for _, hold in ipairs(item.holds) do
    if not hold_person(hold, incident.id) then
      conflicts[#conflicts + 1] = hold.volunteer .. '|' .. hold.offer
    end
  end
  -- The parts of write_incident; nothing has to be removed from an empty Redis.
  list_incident(incident)
  note_call(incident)
  replace_timers(incident)
  replace_waiting(incident)
  replace_vicinity(incident)
  replace_externals(incident)
  replace_hazard(incident)
  replace_under_way(incident)
  replace_attention(incident)
  replace_distress(incident)
end
return conflicts
