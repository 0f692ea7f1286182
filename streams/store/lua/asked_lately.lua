-- Recent activity of people. ARGV[1]: their ids, packed. Returns for each, packed: time of the last sign of life or false, end of
-- the last work or false, whether it was heavy, offers of the last hour and of the last day, decayed sums of accepted and of
-- declined offers, of recent work, of upheld and of overruled answers; false for an unknown person.

local refused = refusal('')
if refused then return refused end

local now = now_ms()
local people = {}
for i, id in ipairs(cmsgpack.unpack(ARGV[1])) do
  local known, heard, worked, heavy, yes, no, work, upheld, overruled = unpack(
    call('HMGET', KEY.volunteer .. id, 'v', 'hd', 'we', 'wh', 'ey', 'en', 'wk', 'tu', 'to'))
  local hour, day = offers_lately(id, now)
  people[i] = known and {heard or false, worked or false, heavy == '1', hour, day, sum_now(yes, now, ANSWER_HALF_LIFE_MS),
    sum_now(no, now, ANSWER_HALF_LIFE_MS), sum_now(work, now, WORK_HALF_LIFE_MS), sum_now(upheld, now, TRUST_HALF_LIFE_MS),
    sum_now(overruled, now, TRUST_HALF_LIFE_MS)} or false
end
return cmsgpack.pack(people)
