void pb_vector_loops_anchor(void);
