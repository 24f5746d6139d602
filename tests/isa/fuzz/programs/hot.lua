-- For luajit: traces are compiled, linked and patched, their side exits become traces; mcode pages change their protection.
local bit = require("bit")
local ffi = require("ffi")

local function mix(n)
  local h = 0
  for i = 1, n do h = bit.bxor(bit.rol(h, 5) + i, bit.rshift(h, 3)) end
  return h
end
print("mix", bit.tohex(mix(300000)))

local t = {}
for i = 1, 20000 do t[i] = (i * 7919) % 10007 end
table.sort(t, function(a, b) if a == b then return false end return a < b end)
print("sort", t[1], t[10000], t[20000])

-- A branch that changes its mind: side traces.
local evens, odds, thirds = 0, 0, 0
for i = 1, 200000 do
  if i % 2 == 0 then evens = evens + i elseif i % 3 == 0 then thirds = thirds + i else odds = odds + i end
  if i > 150000 and i % 5 == 0 then evens = evens - 1 end
end
print("branches", evens, odds, thirds)

-- What was a number becomes a string: guards fail.
local function add(a, b) return a + b end
local s = 0
for i = 1, 50000 do s = s + add(i % 1000 == 0 and tostring(i) or i, 0.5) end
print("guards", s)

ffi.cdef("typedef struct { double x, y; int32_t n; } point;")
local points = ffi.new("point[1000]")
for round = 1, 50 do
  for i = 0, 999 do
    local p = points[i]
    p.x, p.y, p.n = p.x + i * 0.25, p.y - p.x * 0.5, bit.band(p.n + i * round, 0xffff)
  end
end
print("points", points[999].x, points[500].y, points[123].n)

local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
print("fib", fib(22))

local co = coroutine.wrap(function() for i = 1, 1e9 do coroutine.yield(i * i % 97) end end)
local c = 0
for _ = 1, 20000 do c = c + co() end
print("coroutine", c)

local parts = {}
for i = 1, 5000 do parts[#parts + 1] = ("%d:%x"):format(i, i * 31):upper() end
local text = table.concat(parts, ",")
local count = 0
for word in text:gmatch("%x+:") do count = count + #word end
print("strings", #text, count, text:sub(-12))

local ok, message = pcall(function() local x for i = 1, 1000 do if i == 777 then x = nil; x.y = 1 end end end)
print("error", ok, (message:gsub("^.-:", "")))

-- Code is thrown away and made again.
for i = 1, 20 do
  local f = loadstring("local s = 0 for i = 1, 3000 do s = s + i * " .. i .. " end return s")
  if i % 5 == 0 then jit.flush() end
  io.write(f(), i % 10 == 0 and "\n" or " ")
end
collectgarbage()
print("done")
