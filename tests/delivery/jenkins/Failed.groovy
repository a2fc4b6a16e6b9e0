/** The end of a step that failed, or that somebody ended. */
class Failed extends RuntimeException {
    final boolean aborted

    Failed(String why, boolean aborted = false) {
        super(why)
        this.aborted = aborted
    }
}
