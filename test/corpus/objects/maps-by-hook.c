/* A map in a section of a program type's own, as the decoders of ir-keytable have it. */
struct bpf_map_def {
	unsigned int type, key_size, value_size, max_entries, map_flags;
};

static void *(*lookup)(void *map, const void *key) = (void *)1;

__attribute__((section("lirc_mode2/maps"), used)) struct bpf_map_def state = {
	.type = 2, .key_size = 4, .value_size = 16, .max_entries = 1,
};

__attribute__((section("lirc_mode2/decoder"), used)) int decode(unsigned int *sample)
{
	unsigned int key = 0;
	unsigned int *value = lookup(&state, &key);

	if (value)
		value[0] = *sample;
	return 0;
}

__attribute__((section("license"), used)) char _license[] = "GPL";
