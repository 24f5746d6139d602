/* Start-up alone: what a run costs before its workload. */
int main(void) { return 0; }
