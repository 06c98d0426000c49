// precompiled.h is compiled with a target; this is its one file.
