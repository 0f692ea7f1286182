-- What was asked of people of late. ARGV[1]: their ids, packed. Gives for each, packed: when they were heard and when they worked
-- last or false, whether that was heavy, offers of an hour and of a day, answers for and against as they count now; false for
-- who is not known.

local refused = refusal('')
if refused then return refused end

local now = now_ms()
local people = {}
for i, id in ipairs(cmsgpack.unpack(ARGV[1])) do
  local known, heard, worked, heavy, yes, no = unpack(call('HMGET', KEY.volunteer .. id, 'v', 'hd', 'we', 'wh', 'ey', 'en'))
  local hour, day = offers_lately(id, now)
  people[i] = known and {heard or false, worked or false, heavy == '1', hour, day, sum_now(yes, now, ANSWER_HALF_LIFE_MS),
    sum_now(no, now, ANSWER_HALF_LIFE_MS)} or false
end
return cmsgpack.pack(people)
