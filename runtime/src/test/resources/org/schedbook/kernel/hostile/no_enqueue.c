// line 1: there is no callback enqueue
s64 nothing;
