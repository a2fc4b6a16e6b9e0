import os, time, signal, sys
import numpy as np
def start(n):
    from xgboost.tracker import RabitTracker
    import model_runtime.cluster.pieces as p
    t=RabitTracker(n_workers=n, host_ip="127.0.0.1", sortby="task"); t.start()
    p._prepared["tracker"]=t
    return t.worker_args()
def work(a):
    args,rank,rounds,pidfile=a
    import xgboost
    from xgboost.collective import CommunicatorContext
    with CommunicatorContext(**args, dmlc_task_id=f"{rank:06}", dmlc_timeout=1800):
        r=np.random.default_rng(rank); X=r.normal(size=(50000,10)); y=(X[:,0]>0)*1.0
        d=xgboost.QuantileDMatrix(X,y,nthread=1)
        open(f"{pidfile}{rank}","w").write(str(os.getpid()))
        b=xgboost.train({"objective":"binary:logistic","nthread":1},d,num_boost_round=rounds)
        return bytes(b.save_raw("ubj")) if rank==0 else None
if __name__=="__main__":
    from model_runtime.cluster import connected
    with connected("local:2") as c:
        cl=c.client
        w=sorted(cl.scheduler_info()["workers"]); print(w)
        args=cl.submit(start,2,workers=[w[0]],pure=False).result(); print(args)
        t=time.time()
        f=[cl.submit(work,(args,k,20,"D_x/p"),workers=[w[k]],allow_other_workers=False,pure=False) for k in range(2)]
        print([len(x) if x else x for x in cl.gather(f)], time.time()-t)
        for victim in (1,0):
            w=sorted(cl.scheduler_info()["workers"]); print(w)
            for k in range(2):
                if os.path.exists(f"D_x/p{k}"): os.remove(f"D_x/p{k}")
            args=cl.submit(start,2,workers=[w[0]],pure=False).result()
            f=[cl.submit(work,(args,k,5000,"D_x/p"),workers=[w[k]],allow_other_workers=False,pure=False) for k in range(2)]
            while not all(os.path.exists(f"D_x/p{k}") and open(f"D_x/p{k}").read() for k in range(2)): time.sleep(.1)
            time.sleep(1)
            os.kill(int(open(f"D_x/p{victim}").read()),9); t=time.time()
            for i in range(25):
                time.sleep(.4)
                print(round(time.time()-t,1),[x.status for x in f],sorted(cl.scheduler_info()["workers"]))
                if i>5 and all(x.status=="error" for x in f): break
            for x in f:
                if x.status=="error": print(repr(x.exception())[:300])
            cl.cancel(f)
            time.sleep(3)
