module FUNCTION

go 1.18
