-- The rebuild lock: `owner|done|total`. ARGV: what (acquire, renew, release), owner, TTL in ms, done, total.

local what, owner, ttl = ARGV[1], ARGV[2], ARGV[3]
local held = call('GET', KEY.rebuild_lock)
local mine = held and string.sub(held, 1, #owner + 1) == owner .. '|'
if what == 'release' then return mine and call('DEL', KEY.rebuild_lock) or 0 end
if held and not mine then return 0 end
-- A lock that expired is not renewed: another rebuild may have run since.
if what == 'renew' and not mine then return 0 end
call('SET', KEY.rebuild_lock, owner .. '|' .. ARGV[4] .. '|' .. ARGV[5], 'PX', ttl)
return 1
