-- Applies one decision. The first decision of a command counts; offsets of a partition must follow each other without a gap.
-- ARGV[1]: the application, packed by streams/store/apply.py. Returns the outcome, then `volunteer|offer` of each refused hold.

local refused = refusal('')
if refused then return refused end

local a = cmsgpack.unpack(ARGV[1])
local now = now_ms()
local progress, refusals, ending = KEY.progress .. a.partition, KEY.refused .. a.partition, KEY.ending .. a.partition
local applied = tonumber(call('HGET', progress, 'applied') or -1)

-- A second writer during a rebalance: the caller reads the log and applies what lies between (DESIGN 3).
if a.offset > applied + 1 then return {'gap'} end

-- Checked before the offset, so that applying a void decision again returns void again.
local first = call('GET', KEY.command .. a.command)
if first and tonumber(first) ~= a.offset then
  if a.offset > applied then call('HSET', progress, 'applied', a.offset) end
  note_void('decision|' .. a.command, now)
  return {'void'}
end

if a.offset <= applied then
  local answer = {'already'}
  for _, hold in ipairs(a.holds) do
    if call('HEXISTS', refusals, hold.offer) == 1 then answer[#answer + 1] = hold.volunteer .. '|' .. hold.offer end
  end
  return answer
end

local answer = {'applied'}
call('SET', KEY.command .. a.command, a.offset, 'EX', COMMAND_TTL_S)
-- Do not release people yet: another zone could offer them work, and that offer would precede the end of this one in `offers`.
-- mark_published releases them.
for _, hold in ipairs(a.freed) do call('ZADD', ending, a.offset, hold.volunteer .. '|' .. hold.offer) end
-- Holds after ends: a late acceptance makes an ended offer live again.
for _, hold in ipairs(a.holds) do
  call('ZREM', ending, hold.volunteer .. '|' .. hold.offer)
  note_offer(hold.volunteer, hold.offer, hold.created)
  if not confirm_hold(hold, a.id, a.command, now) then
    call('HSET', refusals, hold.offer, hold.volunteer)
    note_void('offer|' .. hold.offer, now)
    answer[#answer + 1] = hold.volunteer .. '|' .. hold.offer
  end
end
for _, lesson in ipairs(a.lessons) do learn(lesson) end
for _, ended in ipairs(a.work_ended) do end_work(ended) end
for _, judged in ipairs(a.judged) do judge_answer(judged) end
for _, offer in ipairs(a.voided) do call('HDEL', refusals, offer) end
if a.incident then
  call('DEL', KEY.reported .. a.id)
  call('RPUSH', KEY.timeline .. a.id, a.partition .. ':' .. a.offset)
  for _, person in ipairs(write_incident(a.incident, now)) do wake(person, now, nil) end
else
  -- A command about an unknown incident is refused; its decision stays readable for a while for the operator who sent it.
  call('RPUSH', KEY.timeline .. a.id, a.partition .. ':' .. a.offset)
  if call('EXISTS', KEY.incident .. a.id) == 0 then call('EXPIRE', KEY.timeline .. a.id, COMMAND_TTL_S) end
end
-- Last: Redis does not roll back a script that fails midway, and the decision must be applied again then.
call('HSET', progress, 'applied', a.offset)
return answer
