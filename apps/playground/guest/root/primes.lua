-- The primes below a number: lua5.4 primes.lua 1000
local limit = tonumber(arg[1]) or 100
local composite = {}
for n = 2, limit do
  if not composite[n] then
    io.write(n, " ")
    for multiple = n * n, limit, n do composite[multiple] = true end
  end
end
print()
