/** Characters of an object's name (BPF_OBJ_NAME_LEN less the one that ends it). */
const NAME_LENGTH = 15;

/** bpf_obj_name_cpy */
export const isObjectName = (name: string): boolean => name.length <= NAME_LENGTH && /^[\w.]*$/.test(name);
