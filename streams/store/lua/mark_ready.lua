-- Opens the picture for everyday work. ARGV: owner of the rebuild, run id it was made for. 0 when Redis is another run now.

local refused = refusal(ARGV[1])
if refused then return refused end

if run_id() ~= ARGV[2] then return 0 end
call('SET', KEY.ready .. ARGV[2], now_ms())
return 1
