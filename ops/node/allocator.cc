// What jemalloc reads at the start (jemalloc(3), TUNING): memory that is free goes back to
// the system after a second, by a thread of its own, so that one large bundle does not
// stay in the resident size for good.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0,narenas:4";
}
