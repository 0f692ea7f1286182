-- Updates statistics from a decision: answers in the person's sums and in the prior table, the end of work for rest periods,
-- judged answers in the sums for trust.
-- Sums are stored like the load (person.lua), each with its own half-life; streams/store/track_record.py does the same in Python.

local function more_of(sum, at, weight, half_life)
  local entry = at / half_life + math.log(weight) / math.log(2)
  sum = tonumber(sum or '0')
  if sum == 0 then return string.format('%.9f', entry) end
  local high, low = math.max(sum, entry), math.min(sum, entry)
  return string.format('%.9f', high + math.log(1 + 2 ^ (low - high)) / math.log(2))
end

local function teach(field, at, weight)
  if weight == 0 then return end
  call('HSET', KEY.priors, field, more_of(call('HGET', KEY.priors, field), at, weight, CELL_HALF_LIFE_MS))
end

local function learn(lesson)
  local key = KEY.volunteer .. lesson.volunteer
  local known, yes, no, work = unpack(call('HMGET', key, 'v', 'ey', 'en', 'wk'))
  if known and lesson.accepted > 0 then
    call('HSET', key, 'ey', more_of(yes, lesson.at, lesson.accepted, ANSWER_HALF_LIFE_MS),
      'wk', more_of(work, lesson.at, lesson.accepted, WORK_HALF_LIFE_MS))
  end
  if known and lesson.refused > 0 then
    call('HSET', key, 'en', more_of(no, lesson.at, lesson.refused, ANSWER_HALF_LIFE_MS))
  end
  teach(lesson.cell .. '|y', lesson.at, lesson.accepted)
  teach(lesson.cell .. '|n', lesson.at, lesson.refused)
end

local function end_work(ended)
  local key = KEY.volunteer .. ended.volunteer
  local known, at = unpack(call('HMGET', key, 'v', 'we'))
  if known and (not at or ended.at >= tonumber(at)) then
    call('HSET', key, 'we', string.format('%.0f', ended.at), 'wh', ended.heavy and '1' or '0')
  end
end

-- A digital answer that others upheld (`tu`) or overruled (`to`).
local function judge_answer(judged)
  local key = KEY.volunteer .. judged.volunteer
  local name = judged.upheld and 'tu' or 'to'
  local known, sum = unpack(call('HMGET', key, 'v', name))
  if known then call('HSET', key, name, more_of(sum, judged.at, 1, TRUST_HALF_LIFE_MS)) end
end
