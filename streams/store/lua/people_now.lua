-- People as the live index keeps them. ARGV[1]: their ids, packed. Returns, packed: the time (ms), then for each person on duty their
-- fields in the order of FIELDS, false where there is none, and the times of the offers of the last day if there are any; false for
-- everybody else. Numbers stay texts: to read them here would take longer than everything else.

local refused = refusal('')
if refused then return refused end

-- In the order of streams/live_index/person_row.py.
local FIELDS = {
  'v', 'du', 'sk', 'la', 'tm', 'cap', 'vs', 'cs', 'cc', 'ds', 'x', 'y', 'ac', 'at', 'hx', 'hy', 'un', 'md', 'ld', 'hd', 'ey', 'en', 'wk',
  'we', 'wh', 'tu', 'to'
}
local LOAD, ACCEPTED, REFUSED = 19, 21, 22

local now = now_ms()

local function offers_of_day(id)
  local offers, times = call('ZRANGEBYSCORE', KEY.offers_of .. id, now - 86400000, '+inf', 'WITHSCORES'), {}
  for i = 2, #offers, 2 do times[#times + 1] = offers[i] end
  return #times > 0 and times or nil
end

local people = {}
for i, id in ipairs(cmsgpack.unpack(ARGV[1])) do
  local person = call('HMGET', KEY.volunteer .. id, unpack(FIELDS))
  if person[1] and person[2] == '1' then
    -- Whoever was never asked has no offers: most people cost one command.
    if person[LOAD] or person[ACCEPTED] or person[REFUSED] then person[#FIELDS + 1] = offers_of_day(id) end
    people[i] = person
  else
    people[i] = false
  end
end
return cmsgpack.pack({now, people})
