module orrery

go 1.24
